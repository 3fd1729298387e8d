CREATE TABLE `facet_counts` (
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`kind`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `facet_counts_count` ON `facet_counts` (`kind`,`count` DESC);--> statement-breakpoint
CREATE TABLE `facet_folds` (
	`counted_up_to` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `projects_updated_at` ON `projects` (`updated_at`);--> statement-breakpoint

-- The index anew. Only columns, no positions: phrases are not searched for, and it is a third smaller. A prefix index for
-- each length that a stem commonly has: without them a prefix of a common word gathers every project that has it.
DROP TABLE projects_search;
--> statement-breakpoint
CREATE VIRTUAL TABLE projects_search USING fts5(
  title, description, facets,
  content = '', contentless_delete = 1, detail = 'column',
  prefix = '1 2 3 4 5 6 7 8 9 10',
  tokenize = 'porter unicode61 remove_diacritics 2'
);
--> statement-breakpoint
INSERT INTO projects_search (rowid, title, description, facets) SELECT id, title, description, facets FROM project_documents;
--> statement-breakpoint

-- A row for each technology and role that a project names.
CREATE VIEW facet_uses AS
SELECT projects.id AS project_id, 'tech' AS kind, value ->> 0 AS key, value ->> 1 AS name FROM projects, json_each(tech_stack)
UNION ALL
SELECT projects.id AS project_id, 'role' AS kind, value ->> 0 AS key, value ->> 1 AS name FROM projects, json_each(roles_needed);
--> statement-breakpoint

-- Counting each project's names as it comes would write two rows for each name. A hundred projects share most of theirs,
-- so every hundredth folds its hundred into the counts; whoever reads adds the few that are not folded yet.
INSERT INTO facet_folds (counted_up_to) SELECT coalesce(max(id), 0) FROM projects;
--> statement-breakpoint
INSERT INTO facet_counts (kind, key, name, count) SELECT kind, key, min(name), count(*) FROM facet_uses GROUP BY kind, key;
--> statement-breakpoint
CREATE TRIGGER projects_fold_facets AFTER INSERT ON projects WHEN NEW.id % 100 = 0 BEGIN
  INSERT INTO facet_counts (kind, key, name, count)
    SELECT kind, key, min(name), count(*) FROM facet_uses
    WHERE project_id > (SELECT counted_up_to FROM facet_folds) AND project_id <= NEW.id GROUP BY kind, key
    ON CONFLICT (kind, key) DO UPDATE SET count = count + excluded.count;
  UPDATE facet_folds SET counted_up_to = NEW.id;
END;
--> statement-breakpoint

-- A project that is counted and changes, or goes, is counted anew at once.
CREATE TRIGGER projects_uncount_facets AFTER DELETE ON projects WHEN OLD.id <= (SELECT counted_up_to FROM facet_folds) BEGIN
  UPDATE facet_counts SET count = count - 1 WHERE kind = 'tech' AND key IN (SELECT value ->> 0 FROM json_each(OLD.tech_stack));
  UPDATE facet_counts SET count = count - 1 WHERE kind = 'role' AND key IN (SELECT value ->> 0 FROM json_each(OLD.roles_needed));
  DELETE FROM facet_counts WHERE kind IN ('tech', 'role') AND count <= 0;
END;
--> statement-breakpoint
CREATE TRIGGER projects_recount_techs AFTER UPDATE OF tech_stack ON projects
WHEN OLD.tech_stack <> NEW.tech_stack AND OLD.id <= (SELECT counted_up_to FROM facet_folds) BEGIN
  UPDATE facet_counts SET count = count - 1 WHERE kind = 'tech' AND key IN (SELECT value ->> 0 FROM json_each(OLD.tech_stack));
  INSERT INTO facet_counts (kind, key, name, count) SELECT 'tech', value ->> 0, value ->> 1, 1 FROM json_each(NEW.tech_stack) WHERE true
    ON CONFLICT (kind, key) DO UPDATE SET count = count + 1;
  DELETE FROM facet_counts WHERE kind = 'tech' AND count <= 0;
END;
--> statement-breakpoint
CREATE TRIGGER projects_recount_roles AFTER UPDATE OF roles_needed ON projects
WHEN OLD.roles_needed <> NEW.roles_needed AND OLD.id <= (SELECT counted_up_to FROM facet_folds) BEGIN
  UPDATE facet_counts SET count = count - 1 WHERE kind = 'role' AND key IN (SELECT value ->> 0 FROM json_each(OLD.roles_needed));
  INSERT INTO facet_counts (kind, key, name, count) SELECT 'role', value ->> 0, value ->> 1, 1 FROM json_each(NEW.roles_needed) WHERE true
    ON CONFLICT (kind, key) DO UPDATE SET count = count + 1;
  DELETE FROM facet_counts WHERE kind = 'role' AND count <= 0;
END;
