CREATE TABLE `preset` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`platform` text NOT NULL,
	`community` text NOT NULL,
	`owner` text NOT NULL,
	`name` text NOT NULL,
	`command` text NOT NULL,
	`options` text NOT NULL,
	`author_id` text NOT NULL,
	`author_name` text NOT NULL,
	`credits` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `preset_name` ON `preset` (`platform`,`community`,`owner`,`name`);--> statement-breakpoint
CREATE INDEX `preset_author` ON `preset` (`platform`,`author_id`);