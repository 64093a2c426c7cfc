CREATE TABLE `heart` (
	`job` text NOT NULL,
	`platform` text NOT NULL,
	`person` text NOT NULL,
	`channel` text NOT NULL,
	`message` text NOT NULL,
	PRIMARY KEY(`job`, `platform`, `person`, `channel`, `message`),
	FOREIGN KEY (`job`) REFERENCES `job`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `heart_person` ON `heart` (`platform`,`person`);--> statement-breakpoint
ALTER TABLE `job` ADD `repeats` integer DEFAULT false NOT NULL;