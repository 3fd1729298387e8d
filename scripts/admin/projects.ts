import { plural, printable, Refusal, type Stores, type Terminal } from './stores.ts'

const DELETED = `
  SELECT title, username, (SELECT count(*) FROM collaboration_requests WHERE project_id = projects.id) AS requests
  FROM projects JOIN users ON users.id = owner_id WHERE projects.id = CAST(? AS INTEGER)`

/** Deletes a project with its requests, whoever owns it. */
export async function deleteProject({ DB }: Stores, id: string, terminal: Terminal): Promise<void> {
  const project = /^\d{1,15}$/.test(id)
    ? await DB.prepare(DELETED).bind(id).first<{ title: string; username: string; requests: number }>()
    : null
  if (!project) throw new Refusal(`There is no project "${id}".`)
  const what = `project ${id} of ${project.username}, "${printable(project.title)}", with ${plural(project.requests, 'request')}`
  await terminal.confirm(`Deletes ${what}. Only a backup brings it back.`)
  await DB.prepare('DELETE FROM projects WHERE id = CAST(? AS INTEGER)').bind(id).run()
  terminal.print(`Deleted ${what}.`)
}
