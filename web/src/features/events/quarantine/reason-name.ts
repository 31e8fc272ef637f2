import { useTranslation } from "react-i18next";

const REASONS = [
  "invalid_json", "invalid_shape", "number_out_of_range", "unknown_type", "missing_event_name", "event_name_too_long", "missing_group_id", "missing_previous_id",
  "no_identifier", "event_too_large", "too_deeply_nested", "not_an_object", "refused_at_the_door", "unknown_workspace", "identifier_collision", "record_unreadable",
  "internal_error",
] as const;

/** A reason in a few words; a code that is not known here stays a code. */
export function useReasonName(): (code: string) => string {
  const { t } = useTranslation("events");
  return (code) => {
    const known = REASONS.find((each) => each === code);
    return known ? t(`reasonName.${known}`) : code;
  };
}
