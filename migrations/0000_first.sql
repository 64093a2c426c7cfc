CREATE TABLE `board` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`platform` text NOT NULL,
	`community` text NOT NULL,
	`channel` text NOT NULL,
	`thread` text,
	`message` text NOT NULL,
	`kind` text NOT NULL,
	`payload` text NOT NULL,
	`author_id` text NOT NULL,
	`author_name` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `board_message` ON `board` (`platform`,`community`,`channel`,`message`);--> statement-breakpoint
CREATE INDEX `board_expires` ON `board` (`expires_at`);--> statement-breakpoint
CREATE INDEX `board_author` ON `board` (`platform`,`author_id`);--> statement-breakpoint
CREATE TABLE `favourite` (
	`job` text NOT NULL,
	`platform` text NOT NULL,
	`person` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`job`, `platform`, `person`),
	FOREIGN KEY (`job`) REFERENCES `job`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `favourite_person` ON `favourite` (`platform`,`person`,`at`);--> statement-breakpoint
CREATE TABLE `image` (
	`sha` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`bytes` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `job_input` (
	`job` text NOT NULL,
	`role` text NOT NULL,
	`sha` text NOT NULL,
	PRIMARY KEY(`job`, `role`),
	FOREIGN KEY (`job`) REFERENCES `job`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`sha`) REFERENCES `image`(`sha`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `job_input_sha` ON `job_input` (`sha`);--> statement-breakpoint
CREATE TABLE `job_message` (
	`platform` text NOT NULL,
	`community` text NOT NULL,
	`channel` text NOT NULL,
	`message` text NOT NULL,
	`job` text NOT NULL,
	`role` text NOT NULL,
	PRIMARY KEY(`platform`, `community`, `channel`, `message`),
	FOREIGN KEY (`job`) REFERENCES `job`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `job_message_job` ON `job_message` (`job`);--> statement-breakpoint
CREATE TABLE `job` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`platform` text NOT NULL,
	`community` text NOT NULL,
	`channel` text NOT NULL,
	`thread` text,
	`author_id` text NOT NULL,
	`author_name` text NOT NULL,
	`recipe` text NOT NULL,
	`params` text NOT NULL,
	`roles` text NOT NULL,
	`work` real NOT NULL,
	`pace` text NOT NULL,
	`priority` integer NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`messages` text NOT NULL,
	`failure` text,
	`result` text,
	`from_job` text,
	`picture` text,
	`hidden` integer DEFAULT false NOT NULL,
	`favourites` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`picture`) REFERENCES `image`(`sha`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_id_unique` ON `job` (`id`);--> statement-breakpoint
CREATE INDEX `job_author` ON `job` (`platform`,`author_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `job_unfinished` ON `job` (`platform`,`channel`,`author_id`) WHERE state IN ('waiting', 'running');--> statement-breakpoint
CREATE INDEX `job_from` ON `job` (`from_job`);--> statement-breakpoint
CREATE INDEX `job_picture` ON `job` (`picture`);--> statement-breakpoint
CREATE INDEX `job_finished` ON `job` (`finished_at`);--> statement-breakpoint
CREATE INDEX `gallery_date` ON `job` (`platform`,`community`,`finished_at`,`seq`) WHERE state = 'done' AND picture IS NOT NULL AND hidden = 0;--> statement-breakpoint
CREATE INDEX `gallery_favourites` ON `job` (`platform`,`community`,`favourites`,`finished_at`,`seq`) WHERE state = 'done' AND picture IS NOT NULL AND hidden = 0;--> statement-breakpoint
CREATE INDEX `gallery_channel_date` ON `job` (`platform`,`community`,`channel`,`finished_at`,`seq`) WHERE state = 'done' AND picture IS NOT NULL AND hidden = 0;--> statement-breakpoint
CREATE INDEX `gallery_channel_favourites` ON `job` (`platform`,`community`,`channel`,`favourites`,`finished_at`,`seq`) WHERE state = 'done' AND picture IS NOT NULL AND hidden = 0;--> statement-breakpoint
CREATE TABLE `setting` (
	`platform` text NOT NULL,
	`community` text NOT NULL,
	`channel` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`platform`, `community`, `channel`, `key`)
);
--> statement-breakpoint
CREATE TABLE `style` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`platform` text NOT NULL,
	`community` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`emoji` text NOT NULL,
	`emoji_key` text NOT NULL,
	`author_id` text NOT NULL,
	`author_name` text NOT NULL,
	`picture` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`picture`) REFERENCES `image`(`sha`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `style_name` ON `style` (`platform`,`community`,`name_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `style_emoji` ON `style` (`platform`,`community`,`emoji_key`);--> statement-breakpoint
CREATE INDEX `style_author` ON `style` (`platform`,`author_id`);--> statement-breakpoint
CREATE INDEX `style_picture` ON `style` (`picture`);--> statement-breakpoint
CREATE TABLE `vote` (
	`board` integer NOT NULL,
	`platform` text NOT NULL,
	`person` text NOT NULL,
	`choice` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`board`, `person`, `choice`),
	FOREIGN KEY (`board`) REFERENCES `board`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `vote_person` ON `vote` (`platform`,`person`);