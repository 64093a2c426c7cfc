CREATE TABLE `act` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`platform` text NOT NULL,
	`community` text NOT NULL,
	`at` integer NOT NULL,
	`by_id` text NOT NULL,
	`by_name` text NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`detail` text
);
--> statement-breakpoint
CREATE INDEX `act_community` ON `act` (`platform`,`community`,`seq`);--> statement-breakpoint
CREATE TABLE `bar` (
	`platform` text NOT NULL,
	`community` text NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`name` text NOT NULL,
	`by_id` text NOT NULL,
	`by_name` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`platform`, `community`, `kind`, `subject`)
);
--> statement-breakpoint
CREATE TABLE `opt_out` (
	`platform` text NOT NULL,
	`person` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`platform`, `person`)
);
--> statement-breakpoint
CREATE TABLE `report` (
	`job` text NOT NULL,
	`platform` text NOT NULL,
	`person` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`job`, `platform`, `person`),
	FOREIGN KEY (`job`) REFERENCES `job`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `report_person` ON `report` (`platform`,`person`,`at`);