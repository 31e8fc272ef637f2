import type { Schema } from "@shared/api/client";

export type Audience = Schema<"AudienceDetail">;
export type Run = Schema<"RunOut">;
