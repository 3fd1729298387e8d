CREATE TABLE `discarded_avatars` (
	`key` text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE INDEX `profiles_avatar_key` ON `profiles` (`avatar_key`) WHERE "profiles"."avatar_key" IS NOT NULL;--> statement-breakpoint

-- Notes an avatar that a profile lets go, in the transaction that does so, whoever writes the row.
CREATE TRIGGER profiles_discard_replaced_avatar AFTER UPDATE OF avatar_key ON profiles
WHEN OLD.avatar_key IS NOT NULL AND OLD.avatar_key IS NOT NEW.avatar_key BEGIN
  INSERT OR IGNORE INTO discarded_avatars (key) VALUES (OLD.avatar_key);
END;
--> statement-breakpoint
CREATE TRIGGER profiles_discard_deleted_avatar AFTER DELETE ON profiles WHEN OLD.avatar_key IS NOT NULL BEGIN
  INSERT OR IGNORE INTO discarded_avatars (key) VALUES (OLD.avatar_key);
END;
