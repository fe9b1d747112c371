import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  WorkflowExecutionAlreadyStartedError,
} from "@temporalio/client";
import type { DataConverter, SearchAttributePair, TypedSearchAttributes } from "@temporalio/common";
import { TypedSearchAttributes as Attributes } from "@temporalio/common";
import type { WorkflowBell } from "#activities/bell.ts";
import { searchAttributes } from "#temporal/search-attributes.ts";
import { TASK_QUEUES } from "#temporal/task-queues.ts";
import { workflowIds } from "#temporal/workflow-ids.ts";
import type * as workflows from "#workflows/index.ts";

/** How the API and the activities reach workflows: fixed ids, never run ids; everything may be repeated (D7, D14, D15). */
export type Bell = WorkflowBell & {
  /** Starts the collectors of all shards and the relay; leaves running ones alone. */
  startLoops(shards: number): Promise<void>;
  /** Begins no new attempt, waits for the calls under way (at most the deadline), then closes the channel. */
  close(): Promise<void>;
};

export type BellOptions = {
  address: string;
  namespace: string;
  dataConverter: DataConverter;
  /** For the search attribute OrgId; without it the attribute stays away. */
  orgOf?: (tenantId: string) => Promise<string | undefined>;
  /** Longest wait for one call, ms: people get their 202 although Temporal is down, a relay rings later. */
  deadlineMs?: number;
  /** Another set of task queues, for tests that share a server. */
  queues?: Record<keyof typeof TASK_QUEUES, string>;
};

const SAME_ID = { workflowIdReusePolicy: "ALLOW_DUPLICATE", workflowIdConflictPolicy: "USE_EXISTING" } as const;
/** Task-queue priority: containment first (L10). */
const PRIORITY = { incident: 1, monitor: 2, phish: 2, relay: 3, scan: 4 } as const;

export function createBell(options: BellOptions): Bell {
  const deadlineMs = options.deadlineMs ?? 5_000;
  // A retry that fires on a closed channel throws where nobody can catch it and ends the process.
  let isClosing = false;
  const retry = defaultGrpcRetryOptions();
  const connection = Connection.lazy({
    address: options.address,
    connectTimeout: deadlineMs,
    interceptors: [
      makeGrpcRetryInterceptor({
        ...retry,
        retryableDecider: (attempt, status) => !isClosing && retry.retryableDecider(attempt, status),
      }),
    ],
  });
  const underWay = new Set<Promise<unknown>>();
  const client = new Client({ connection, namespace: options.namespace, dataConverter: options.dataConverter });
  const queues = options.queues ?? TASK_QUEUES;
  const call = async <T>(fn: () => Promise<T>): Promise<T> => {
    const answer = connection.withDeadline(Date.now() + deadlineMs, fn);
    underWay.add(answer);
    try {
      return await answer;
    } finally {
      underWay.delete(answer);
    }
  };

  async function attributesOf(tenantId: string): Promise<TypedSearchAttributes> {
    const orgId = await options.orgOf?.(tenantId);
    const pairs: SearchAttributePair[] = [{ key: searchAttributes.tenantId, value: tenantId }];
    if (orgId) pairs.push({ key: searchAttributes.orgId, value: orgId });
    return new Attributes(pairs);
  }

  const base = async (tenantId: string, priorityKey: number, staticSummary: string) => ({
    ...SAME_ID,
    typedSearchAttributes: await attributesOf(tenantId),
    priority: { priorityKey, fairnessKey: tenantId.slice(0, 64) },
    staticSummary,
  });

  const incident = async (tenantId: string, incidentId: string) => ({
    ...(await base(tenantId, PRIORITY.incident, `Incident ${incidentId.slice(0, 8)}`)),
    workflowId: workflowIds.incident(tenantId, incidentId),
    taskQueue: queues.containment,
    workflowTaskTimeout: "3s" as const,
    args: [{ tenantId, incidentId }] as [workflowsInput<"respondToIncident">],
  });
  const phish = async (tenantId: string, phishId: string) => ({
    ...(await base(tenantId, PRIORITY.phish, `Phish ${phishId.slice(0, 8)}`)),
    workflowId: workflowIds.phish(tenantId, phishId),
    taskQueue: queues.mail,
    args: [{ tenantId, phishId }] as [workflowsInput<"retractPhish">],
  });
  const monitor = async (tenantId: string) => ({
    ...(await base(tenantId, PRIORITY.monitor, `Monitoring of ${tenantId.slice(0, 8)}`)),
    workflowId: workflowIds.monitor(tenantId),
    taskQueue: queues.monitor,
    args: [{ tenantId }] as [workflowsInput<"monitorTenant">],
  });

  const start = async (type: string, settings: Parameters<typeof client.workflow.start>[1]): Promise<void> => {
    try {
      await call(() => client.workflow.start(type, settings));
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };
  const ring = async <S extends Awaited<ReturnType<typeof incident | typeof monitor | typeof phish>>>(
    type: string,
    settings: S,
    signal: "command" | "wake",
    payload: { commandId: string } | { reason: string },
  ): Promise<void> => {
    await call(() => client.workflow.signalWithStart(type, { ...settings, signal, signalArgs: [payload] }));
  };

  return {
    startOnboarding: async (tenantId) => {
      const settings = await base(tenantId, PRIORITY.monitor, `Onboarding of ${tenantId.slice(0, 8)}`);
      await call(() =>
        client.workflow.signalWithStart("onboardTenant", {
          ...settings,
          workflowId: workflowIds.onboard(tenantId),
          taskQueue: queues.monitor,
          args: [{ tenantId }],
          signal: "wake",
          signalArgs: [{ reason: "consent" }],
        }),
      );
    },
    startScan: async (tenantId, scanId) =>
      start("scanTenant", {
        ...(await base(tenantId, PRIORITY.scan, `Scan ${scanId.slice(0, 8)}`)),
        workflowId: workflowIds.scan(tenantId, scanId),
        workflowIdReusePolicy: "ALLOW_DUPLICATE_FAILED_ONLY",
        taskQueue: queues.scan,
        args: [{ tenantId, scanId }],
      }),
    startMonitor: async (tenantId) => start("monitorTenant", await monitor(tenantId)),
    ensureIncident: async (tenantId, incidentId) => start("respondToIncident", await incident(tenantId, incidentId)),
    wakeIncident: async (tenantId, incidentId, reason) =>
      ring("respondToIncident", await incident(tenantId, incidentId), "wake", { reason }),
    ringIncident: async (tenantId, incidentId, commandId) =>
      ring("respondToIncident", await incident(tenantId, incidentId), "command", { commandId }),
    ringPhish: async (tenantId, phishId, commandId) =>
      ring("retractPhish", await phish(tenantId, phishId), "command", { commandId }),
    wakeTenant: async (tenantId, reason) => ring("monitorTenant", await monitor(tenantId), "wake", { reason }),
    ringTenant: async (tenantId, commandId) => ring("monitorTenant", await monitor(tenantId), "command", { commandId }),
    startLoops: async (shards) => {
      for (let shard = 0; shard < shards; shard++) {
        await start("collect", {
          ...SAME_ID,
          workflowId: workflowIds.collect(shard),
          taskQueue: queues.monitor,
          args: [{ shard, shards }],
          staticSummary: `Collector ${shard + 1} of ${shards}`,
        });
      }
      await start("relay", {
        ...SAME_ID,
        workflowId: workflowIds.relay(),
        taskQueue: queues.notify,
        args: [],
        priority: { priorityKey: PRIORITY.relay },
        staticSummary: "Outbox, unheard orders, healing",
      });
    },
    close: async () => {
      isClosing = true;
      await Promise.allSettled(underWay);
      await connection.close();
    },
  };
}

type workflowsInput<K extends keyof typeof workflows> = Parameters<(typeof workflows)[K]>[0];
