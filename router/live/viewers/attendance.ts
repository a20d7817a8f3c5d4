import type { ViewersSignal } from '#schema/events/signals.ts';

/** Who is there, as it was said last, until nothing more is heard of them. */
export interface Attendance {
  take(viewers: ViewersSignal['viewers']): void;
  /** Ends all waiting. */
  stop(): void;
}

/** @param options.onChange told the ids of all, at first and whenever they are others than before */
export function createAttendance(options: { readonly onChange: (agentIds: readonly string[]) => void }): Attendance {
  const { onChange } = options;
  const leaving = new Map<string, NodeJS.Timeout>();
  let told: string | undefined;

  function tell(): void {
    const now = [...leaving.keys()].toSorted();
    if (told === now.join()) return;
    told = now.join();
    onChange(now);
  }

  function stop(): void {
    for (const timer of leaving.values()) clearTimeout(timer);
    leaving.clear();
  }

  return {
    take(viewers) {
      stop();
      for (const { agentId, leavesInMs } of viewers) {
        const leave = (): void => {
          leaving.delete(agentId);
          tell();
        };
        leaving.set(agentId, setTimeout(leave, leavesInMs));
      }
      tell();
    },
    stop,
  };
}
