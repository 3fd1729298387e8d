import { app } from './app.ts'

export type AppType = typeof app

export default app
