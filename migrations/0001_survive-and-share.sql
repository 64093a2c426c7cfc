CREATE TABLE `memo` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `slack_installation` (
	`id` text PRIMARY KEY NOT NULL,
	`installation` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
DROP INDEX `gallery_date`;--> statement-breakpoint
DROP INDEX `gallery_favourites`;--> statement-breakpoint
ALTER TABLE `job` ADD `checkpoint` text REFERENCES image(sha);--> statement-breakpoint
ALTER TABLE `job` ADD `checkpoint_info` text;--> statement-breakpoint
ALTER TABLE `job` ADD `credits` text;--> statement-breakpoint
ALTER TABLE `job` ADD `spoiler` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `job` ADD `audience` text DEFAULT 'community' NOT NULL;--> statement-breakpoint
CREATE INDEX `job_checkpoint` ON `job` (`checkpoint`);--> statement-breakpoint
CREATE INDEX `gallery_date` ON `job` (`platform`,`community`,`finished_at`,`seq`) WHERE state = 'done' AND picture IS NOT NULL AND hidden = 0 AND audience = 'community';--> statement-breakpoint
CREATE INDEX `gallery_favourites` ON `job` (`platform`,`community`,`favourites`,`finished_at`,`seq`) WHERE state = 'done' AND picture IS NOT NULL AND hidden = 0 AND audience = 'community';