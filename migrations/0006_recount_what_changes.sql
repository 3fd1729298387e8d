-- A project that is counted and changes is counted anew for the names that came and went. For those that stay, nothing is
-- written: whoever adds one technology to ten others pays for one.
DROP TRIGGER projects_recount_techs;
--> statement-breakpoint
DROP TRIGGER projects_recount_roles;
--> statement-breakpoint
CREATE TRIGGER projects_recount_techs AFTER UPDATE OF tech_stack ON projects
WHEN OLD.tech_stack <> NEW.tech_stack AND OLD.id <= (SELECT counted_up_to FROM facet_folds) BEGIN
  UPDATE facet_counts SET count = count - 1 WHERE kind = 'tech'
    AND key IN (SELECT value ->> 0 FROM json_each(OLD.tech_stack) EXCEPT SELECT value ->> 0 FROM json_each(NEW.tech_stack));
  INSERT INTO facet_counts (kind, key, name, count) SELECT 'tech', value ->> 0, value ->> 1, 1 FROM json_each(NEW.tech_stack)
    WHERE value ->> 0 NOT IN (SELECT value ->> 0 FROM json_each(OLD.tech_stack))
    ON CONFLICT (kind, key) DO UPDATE SET count = count + 1;
  DELETE FROM facet_counts WHERE kind = 'tech' AND count <= 0;
END;
--> statement-breakpoint
CREATE TRIGGER projects_recount_roles AFTER UPDATE OF roles_needed ON projects
WHEN OLD.roles_needed <> NEW.roles_needed AND OLD.id <= (SELECT counted_up_to FROM facet_folds) BEGIN
  UPDATE facet_counts SET count = count - 1 WHERE kind = 'role'
    AND key IN (SELECT value ->> 0 FROM json_each(OLD.roles_needed) EXCEPT SELECT value ->> 0 FROM json_each(NEW.roles_needed));
  INSERT INTO facet_counts (kind, key, name, count) SELECT 'role', value ->> 0, value ->> 1, 1 FROM json_each(NEW.roles_needed)
    WHERE value ->> 0 NOT IN (SELECT value ->> 0 FROM json_each(OLD.roles_needed))
    ON CONFLICT (kind, key) DO UPDATE SET count = count + 1;
  DELETE FROM facet_counts WHERE kind = 'role' AND count <= 0;
END;
