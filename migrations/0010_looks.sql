CREATE TABLE `look` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`platform` text NOT NULL,
	`community` text NOT NULL,
	`name` text NOT NULL,
	`network` text NOT NULL,
	`pictures` integer NOT NULL,
	`author_id` text NOT NULL,
	`author_name` text NOT NULL,
	`makers` text NOT NULL,
	`layer` text NOT NULL,
	`job` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`layer`) REFERENCES `image`(`sha`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `look_name` ON `look` (`platform`,`community`,`name`);--> statement-breakpoint
CREATE INDEX `look_author` ON `look` (`platform`,`author_id`);--> statement-breakpoint
CREATE INDEX `look_layer` ON `look` (`layer`);