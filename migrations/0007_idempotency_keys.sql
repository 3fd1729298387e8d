ALTER TABLE `projects` ADD `idempotency_key` text;--> statement-breakpoint
ALTER TABLE `projects` ADD `idempotency_digest` text;--> statement-breakpoint
CREATE UNIQUE INDEX `projects_idempotency_key` ON `projects` (`owner_id`,`idempotency_key`) WHERE "projects"."idempotency_key" IS NOT NULL;