/**
 * One queue a concern, so that a scan can never delay a containment (D27, L10). Workflows live on the queue of the
 * activities they wait for.
 */
export const TASK_QUEUES = {
  /** respondToIncident and what it does to an account */
  containment: "petra-containment",
  /** onboarding, phases and the collectors */
  monitor: "petra-monitor",
  /** six-month look-back */
  scan: "petra-scan",
  /** looking for phish in mailboxes and moving it: may take an hour, and delays no lock */
  mail: "petra-mail",
  /** outbox, relay of commands, healing */
  notify: "petra-notify",
} as const;
export type QueueName = keyof typeof TASK_QUEUES;
export const QUEUE_NAMES = Object.keys(TASK_QUEUES) as QueueName[];
