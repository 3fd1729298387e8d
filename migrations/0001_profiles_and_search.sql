-- A profile for every user, whoever inserts the user.
CREATE TRIGGER users_make_profile AFTER INSERT ON users BEGIN
  INSERT INTO profiles (user_id) VALUES (NEW.id);
END;
--> statement-breakpoint

-- One index answers every mix of words and filters. It stores no text of its own (contentless): rowids, read in
-- descending order, are the projects newest first. bm25 and phrases work; `porter` stems the words.
CREATE VIRTUAL TABLE projects_search USING fts5(
  title, description, facets,
  content = '', contentless_delete = 1,
  tokenize = 'porter unicode61 remove_diacritics 2'
);
--> statement-breakpoint

-- What the index holds of a project, in one place for all triggers and for a rebuild:
--   INSERT INTO projects_search (projects_search) VALUES ('delete-all');
--   INSERT INTO projects_search (rowid, title, description, facets) SELECT id, title, description, facets FROM project_documents;
--
-- A facet is one token that no tokenizer splits and no stemmer touches: a letter for its kind, the value (in hex if
-- it is a text, so that C++ and C# differ), and a final x, which none of Porter's suffixes ends in.
CREATE VIEW project_documents AS
SELECT id, title, description,
  's' || hex(status) || 'x o' || is_open || 'x u' || owner_id || 'x'
    || coalesce((SELECT group_concat(' t' || hex(value ->> 0) || 'x', '') FROM json_each(tech_stack)), '')
    || coalesce((SELECT group_concat(' r' || hex(value ->> 0) || 'x', '') FROM json_each(roles_needed)), '')
    || coalesce((SELECT group_concat(' c' || requester_id || 'x', '') FROM collaboration_requests
                 WHERE project_id = projects.id AND collaboration_requests.status = 'accepted'), '') AS facets
FROM projects;
--> statement-breakpoint

CREATE TRIGGER projects_index_insert AFTER INSERT ON projects BEGIN
  INSERT INTO projects_search (rowid, title, description, facets)
    SELECT id, title, description, facets FROM project_documents WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER projects_index_update AFTER UPDATE OF owner_id, title, description, tech_stack, roles_needed, status, is_open ON projects BEGIN
  INSERT OR REPLACE INTO projects_search (rowid, title, description, facets)
    SELECT id, title, description, facets FROM project_documents WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER projects_index_delete AFTER DELETE ON projects BEGIN
  DELETE FROM projects_search WHERE rowid = OLD.id;
END;
--> statement-breakpoint

-- A collaborator is an accepted request, so the facet of collaborators follows the requests. When they go because
-- their project goes, the SELECT finds nothing and nothing is written.
CREATE TRIGGER collaboration_requests_index_insert AFTER INSERT ON collaboration_requests WHEN NEW.status = 'accepted' BEGIN
  INSERT OR REPLACE INTO projects_search (rowid, title, description, facets)
    SELECT id, title, description, facets FROM project_documents WHERE id = NEW.project_id;
END;
--> statement-breakpoint
CREATE TRIGGER collaboration_requests_index_update AFTER UPDATE OF status ON collaboration_requests
WHEN (OLD.status = 'accepted') <> (NEW.status = 'accepted') BEGIN
  INSERT OR REPLACE INTO projects_search (rowid, title, description, facets)
    SELECT id, title, description, facets FROM project_documents WHERE id = NEW.project_id;
END;
--> statement-breakpoint
CREATE TRIGGER collaboration_requests_index_delete AFTER DELETE ON collaboration_requests WHEN OLD.status = 'accepted' BEGIN
  INSERT OR REPLACE INTO projects_search (rowid, title, description, facets)
    SELECT id, title, description, facets FROM project_documents WHERE id = OLD.project_id;
END;
