CREATE TABLE `profiles` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`display_name` text DEFAULT '' NOT NULL,
	`bio` text DEFAULT '' NOT NULL,
	`skills` text DEFAULT '[]' NOT NULL,
	`github_url` text,
	`avatar_key` text,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "profiles_display_name_length" CHECK(length("profiles"."display_name") <= 80),
	CONSTRAINT "profiles_bio_length" CHECK(length("profiles"."bio") <= 2000),
	CONSTRAINT "profiles_skills_list" CHECK(json_valid("profiles"."skills") AND json_array_length("profiles"."skills") <= 30),
	CONSTRAINT "profiles_github_url_form" CHECK("profiles"."github_url" LIKE 'https://github.com/%')
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`counter` integer DEFAULT 0 NOT NULL,
	`user_agent` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`rotated_at` integer,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sessions_user_id` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`email` text COLLATE NOCASE NOT NULL,
	`username` text COLLATE NOCASE NOT NULL,
	`password_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`disabled_at` integer,
	CONSTRAINT "users_email_length" CHECK(length("users"."email") BETWEEN 3 AND 254),
	CONSTRAINT "users_username_form" CHECK(length("users"."username") BETWEEN 3 AND 30 AND "users"."username" NOT GLOB '*[^a-zA-Z0-9_-]*' AND "users"."username" GLOB '[a-zA-Z0-9]*')
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_unique` ON `users` (`username`);--> statement-breakpoint
CREATE TABLE `collaboration_requests` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` integer NOT NULL,
	`owner_id` integer NOT NULL,
	`requester_id` integer NOT NULL,
	`message` text NOT NULL,
	`role` text,
	`status` text DEFAULT 'pending' NOT NULL,
	`created_at` integer NOT NULL,
	`decided_at` integer,
	FOREIGN KEY (`requester_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`owner_id`,`project_id`) REFERENCES `projects`(`owner_id`,`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "collaboration_requests_not_own" CHECK("collaboration_requests"."requester_id" <> "collaboration_requests"."owner_id"),
	CONSTRAINT "collaboration_requests_message_length" CHECK(length("collaboration_requests"."message") BETWEEN 1 AND 2000),
	CONSTRAINT "collaboration_requests_role_length" CHECK(length("collaboration_requests"."role") BETWEEN 1 AND 40),
	CONSTRAINT "collaboration_requests_status" CHECK("collaboration_requests"."status" IN ('pending', 'accepted', 'rejected')),
	CONSTRAINT "collaboration_requests_decided" CHECK(("collaboration_requests"."status" = 'pending') = ("collaboration_requests"."decided_at" IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `collaboration_requests_once` ON `collaboration_requests` (`project_id`,`requester_id`);--> statement-breakpoint
CREATE INDEX `collaboration_requests_project` ON `collaboration_requests` (`project_id`,`status`);--> statement-breakpoint
CREATE INDEX `collaboration_requests_owner` ON `collaboration_requests` (`owner_id`,`status`);--> statement-breakpoint
CREATE INDEX `collaboration_requests_requester` ON `collaboration_requests` (`requester_id`,`status`);--> statement-breakpoint
CREATE TABLE `projects` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`owner_id` integer NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`tech_stack` text DEFAULT '[]' NOT NULL,
	`roles_needed` text DEFAULT '[]' NOT NULL,
	`status` text DEFAULT 'planning' NOT NULL,
	`is_open` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "projects_title_length" CHECK(length("projects"."title") BETWEEN 3 AND 120),
	CONSTRAINT "projects_description_length" CHECK(length("projects"."description") BETWEEN 1 AND 10000),
	CONSTRAINT "projects_tech_stack_list" CHECK(json_valid("projects"."tech_stack") AND json_array_length("projects"."tech_stack") <= 20),
	CONSTRAINT "projects_roles_needed_list" CHECK(json_valid("projects"."roles_needed") AND json_array_length("projects"."roles_needed") <= 20),
	CONSTRAINT "projects_status" CHECK("projects"."status" IN ('planning', 'in_progress', 'completed')),
	CONSTRAINT "projects_is_open" CHECK("projects"."is_open" IN (0, 1))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `projects_owner_id` ON `projects` (`owner_id`,`id`);