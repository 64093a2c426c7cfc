ALTER TABLE `favourite` ADD `roles` text;--> statement-breakpoint
ALTER TABLE `vote` ADD `roles` text;--> statement-breakpoint
UPDATE `job` SET `favourites` = (SELECT count(*) FROM `favourite` WHERE `favourite`.`job` = `job`.`id` AND NOT EXISTS (
	SELECT 1 FROM `bar` WHERE `bar`.`platform` = `job`.`platform` AND `bar`.`community` = `job`.`community`
		AND `bar`.`kind` = 'person' AND `bar`.`subject` = `favourite`.`person`))
	WHERE `favourites` > 0;
