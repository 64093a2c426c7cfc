ALTER TABLE `job` ADD `owed` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `job_owed` ON `job` (`seq`) WHERE owed = 1;