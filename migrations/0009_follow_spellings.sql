-- A facet is named as most of the latest hundred that has it spell it. Until now it was named for good as the first hundred did,
-- capitals before small letters: one RUST there, and nobody's Rust was shown any more.
DROP TRIGGER projects_fold_facets;
--> statement-breakpoint
DROP TRIGGER projects_recount_techs;
--> statement-breakpoint
DROP TRIGGER projects_recount_roles;
--> statement-breakpoint

-- Beside max(), SQLite takes the name of the row that has it.
CREATE TRIGGER projects_fold_facets AFTER INSERT ON projects WHEN NEW.id % 100 = 0 BEGIN
  INSERT INTO facet_counts (kind, key, name, count)
    SELECT kind, key, name, sum(uses) FROM (
      SELECT kind, key, name, count(*) AS uses FROM facet_uses
      WHERE project_id > (SELECT counted_up_to FROM facet_folds) AND project_id <= NEW.id GROUP BY kind, key, name)
    GROUP BY kind, key HAVING max(uses) > 0
    ON CONFLICT (kind, key) DO UPDATE SET count = count + excluded.count, name = excluded.name;
  UPDATE facet_folds SET counted_up_to = NEW.id;
END;
--> statement-breakpoint

-- As before, but a name that is spelled anew comes and goes, too. If nobody else has it, it is shown as it is spelled now.
CREATE TRIGGER projects_recount_techs AFTER UPDATE OF tech_stack ON projects
WHEN OLD.tech_stack <> NEW.tech_stack AND OLD.id <= (SELECT counted_up_to FROM facet_folds) BEGIN
  UPDATE facet_counts SET count = count - 1 WHERE kind = 'tech' AND key IN (
    SELECT value ->> 0 FROM json_each(OLD.tech_stack) WHERE value NOT IN (SELECT value FROM json_each(NEW.tech_stack)));
  INSERT INTO facet_counts (kind, key, name, count) SELECT 'tech', value ->> 0, value ->> 1, 1 FROM json_each(NEW.tech_stack)
    WHERE value NOT IN (SELECT value FROM json_each(OLD.tech_stack))
    ON CONFLICT (kind, key) DO UPDATE SET count = count + 1, name = iif(count = 0, excluded.name, name);
  DELETE FROM facet_counts WHERE kind = 'tech' AND count <= 0;
END;
--> statement-breakpoint
CREATE TRIGGER projects_recount_roles AFTER UPDATE OF roles_needed ON projects
WHEN OLD.roles_needed <> NEW.roles_needed AND OLD.id <= (SELECT counted_up_to FROM facet_folds) BEGIN
  UPDATE facet_counts SET count = count - 1 WHERE kind = 'role' AND key IN (
    SELECT value ->> 0 FROM json_each(OLD.roles_needed) WHERE value NOT IN (SELECT value FROM json_each(NEW.roles_needed)));
  INSERT INTO facet_counts (kind, key, name, count) SELECT 'role', value ->> 0, value ->> 1, 1 FROM json_each(NEW.roles_needed)
    WHERE value NOT IN (SELECT value FROM json_each(OLD.roles_needed))
    ON CONFLICT (kind, key) DO UPDATE SET count = count + 1, name = iif(count = 0, excluded.name, name);
  DELETE FROM facet_counts WHERE kind = 'role' AND count <= 0;
END;
