/** A refusal, as Discord says it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    /** Details of an invalid form. */
    readonly errors?: object,
  ) {
    super(message);
  }
}

export const unknown = (
  what: "Channel" | "Message" | "Webhook" | "Interaction" | "Guild" | "User" | "Member" | "Emoji" | "Application",
): ApiError => {
  const codes = {
    Channel: 10003,
    Message: 10008,
    Webhook: 10015,
    Interaction: 10062,
    Guild: 10004,
    User: 10013,
    Member: 10007,
    Emoji: 10014,
    Application: 10002,
  };
  return new ApiError(what === "Emoji" ? 400 : 404, codes[what], `Unknown ${what}`);
};
export const missingAccess = (): ApiError => new ApiError(403, 50001, "Missing Access");
export const missingPermissions = (): ApiError => new ApiError(403, 50013, "Missing Permissions");
export const tooLarge = (): ApiError => new ApiError(413, 40005, "Request entity too large");
export const invalidToken = (): ApiError => new ApiError(401, 50027, "Invalid Webhook Token");
export const acknowledged = (): ApiError => new ApiError(400, 40060, "Interaction has already been acknowledged.");
export const archived = (): ApiError => new ApiError(400, 50083, "Thread is archived");

/** "Invalid Form Body": what the client sent breaks a rule, which is always a mistake of the client. */
export function invalid(field: string, message: string): ApiError {
  return new ApiError(400, 50035, "Invalid Form Body", {
    [field]: { _errors: [{ code: "BASE_TYPE_INVALID", message }] },
  });
}
