import { hostname } from "node:os";
import type { DataConverter } from "@temporalio/common";
import { type NativeConnection, Worker, type WorkflowBundleOption } from "@temporalio/worker";
import type { IncidentActivities } from "#activities/incident/index.ts";
import type { CollectActivities } from "#activities/ingest/index.ts";
import type { ScanActivities } from "#activities/ingest/scan-activities.ts";
import type { RelayActivities } from "#activities/notify/index.ts";
import type { MailActivities } from "#activities/remediate/phish/index.ts";
import type { TenantActivities } from "#activities/tenant/index.ts";
import { mapFaults } from "#temporal/activity-faults.ts";
import { type QueueName, TASK_QUEUES } from "#temporal/task-queues.ts";

export type ActivitiesByQueue = {
  containment: IncidentActivities;
  monitor: TenantActivities & CollectActivities;
  scan: ScanActivities;
  mail: MailActivities;
  notify: RelayActivities;
};

/** Cached workflows and parallel activities a queue gets. */
const SIZES: Record<QueueName, { cached: number; activities: number }> = {
  containment: { cached: 500, activities: 40 },
  monitor: { cached: 300, activities: 40 },
  scan: { cached: 30, activities: 6 },
  mail: { cached: 100, activities: 12 },
  notify: { cached: 10, activities: 10 },
};

export type WorkersOptions = {
  connection: NativeConnection;
  namespace: string;
  dataConverter: DataConverter;
  workflowBundle: WorkflowBundleOption;
  activities: Partial<ActivitiesByQueue>;
  queues?: Record<QueueName, string>;
};

/** One worker a queue for which activities are given. */
export function createWorkers(options: WorkersOptions): Promise<Worker[]> {
  const queues = options.queues ?? TASK_QUEUES;
  return Promise.all(
    Object.entries(options.activities).map(([name, activities]) => {
      const queue = name as QueueName;
      return Worker.create({
        connection: options.connection,
        namespace: options.namespace,
        taskQueue: queues[queue],
        workflowBundle: options.workflowBundle,
        activities,
        dataConverter: options.dataConverter,
        interceptors: { activity: [mapFaults] },
        identity: `petra-${queue}@${hostname()}:${process.pid}`,
        maxCachedWorkflows: SIZES[queue].cached,
        workflowThreadPoolSize: 1,
        maxConcurrentActivityTaskExecutions: SIZES[queue].activities,
        maxConcurrentWorkflowTaskExecutions: 20,
        workflowTaskPollerBehavior: { type: "autoscaling", minimum: 1, initial: 2, maximum: 8 },
        activityTaskPollerBehavior: { type: "autoscaling", minimum: 1, initial: 2, maximum: 8 },
        // By itself the SDK beats once in four fifths of the time allowed: a process that stands still for a second would be given up.
        maxHeartbeatThrottleInterval: "2s",
        // A killed worker holds up the next order of an incident it had cached by this much (D27).
        stickyQueueScheduleToStartTimeout: "2s",
        shutdownForceTime: "25s",
      });
    }),
  );
}
