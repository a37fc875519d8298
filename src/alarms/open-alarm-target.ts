import type { Clock } from "../std/clock.ts";
import { openTarget, type TargetComponents } from "../triggers/targets/open-target.ts";
import type { AlarmTargetSettings } from "./alarm-section.ts";
import { type AlarmTarget, alertmanagerTarget, eventAlarmTarget } from "./alarm-target.ts";

/** What the settings name. Nothing is connected before the first notification. */
export function openAlarmTarget(
  settings: AlarmTargetSettings,
  components: TargetComponents & { readonly clock: Clock },
): AlarmTarget {
  if (!("alertmanager" in settings)) return eventAlarmTarget(openTarget(settings, components));
  const { url, ...webhook } = settings.alertmanager;
  const alerts = openTarget({ webhook: { ...webhook, url: `${url.replace(/\/+$/, "")}/api/v2/alerts` } }, components);
  return alertmanagerTarget(alerts, () => components.clock.now());
}
