import { describe, expect, it } from "vitest";
import { OwedWork, TaskBoard } from "./task-board.ts";

describe("the board of work", () => {
  it("runs a piece of work once at a time and not before its time", async () => {
    const board = new TaskBoard(10, () => {});
    let runs = 0;
    const work = async () => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    board.begin("t1 a", 60_000, work);
    board.begin("t1 a", 60_000, work);
    await board.finished();
    board.begin("t1 a", 60_000, work);
    expect(runs).toBe(1);
    board.makeDue("t1");
    board.begin("t1 a", 60_000, work);
    await board.finished();
    expect(runs).toBe(2);
  });
  it("a slow piece holds up no other, and a faulty one is told and waits", async () => {
    const faults: string[] = [];
    const board = new TaskBoard(2, (name) => faults.push(name));
    let release = () => {};
    board.begin("slow", 0, () => new Promise<void>((resolve) => (release = resolve)));
    board.begin("bad", 0, async () => {
      throw new Error("x");
    });
    let isOver = false;
    board.begin("one too many", 0, async () => {
      isOver = true;
    });
    expect(isOver).toBe(false);
    await expect.poll(() => faults).toEqual(["bad"]);
    board.begin("bad", 0, async () => faults.push("again"));
    board.begin("next", 0, async () => {
      isOver = true;
    });
    expect(isOver).toBe(true);
    expect(faults).toEqual(["bad"]);
    release();
    await board.finished();
  });
  it("under load everybody has a turn, and what is urgent goes first", async () => {
    const board = new TaskBoard(1, () => {});
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(name);
      await new Promise((resolve) => setTimeout(resolve, 1));
    };
    // The first tenant is offered again at every turn, and is always due.
    const turn = () => {
      board.begin("t1 feed", 0, work("t1"));
      board.begin("t2 feed", 0, work("t2"));
      board.begin("t2 judge", 0, work("judge"), { isUrgent: true });
    };
    turn();
    turn();
    await expect.poll(() => order.length).toBe(3);
    await board.finished();
    expect(order.slice(0, 3)).toEqual(["t1", "judge", "t2"]);
  });
});

describe("a line that is full", () => {
  it("holds each tenant's work once, however often it is offered meanwhile [L9]", async () => {
    const board = new TaskBoard(3, () => {});
    let running = 0;
    let most = 0;
    const done: string[] = [];
    const offer = () => {
      for (let n = 0; n < 500; n++)
        board.begin(`t${n} feed`, 60_000, async () => {
          most = Math.max(most, ++running);
          await Promise.resolve();
          running -= 1;
          done.push(`t${n}`);
        });
    };
    for (let turn = 0; turn < 20; turn++) offer();
    await expect.poll(() => done.length).toBe(500);
    await board.finished();
    expect(most).toBe(3);
    expect(new Set(done).size).toBe(500);
  });
});

describe("work that tenants owe", () => {
  const tenant = { tenantId: "t1" };

  it("is done once more where it was owed again meanwhile, and never twice at once", async () => {
    const board = new TaskBoard(10, () => {});
    const ends: (() => void)[] = [];
    const work = new OwedWork(board, "judge", () => new Promise<void>((end) => ends.push(end)));
    work.owe(tenant);
    work.owe(tenant);
    work.owe(tenant);
    await expect.poll(() => ends.length).toBe(1);
    ends[0]?.();
    await expect.poll(() => ends.length).toBe(2);
    ends[1]?.();
    await board.finished();
    expect(ends).toHaveLength(2);
  });

  it("stays owed when it fails, and is tried again when its pause is over", async () => {
    const board = new TaskBoard(10, () => {});
    const tries: string[] = [];
    const work = new OwedWork<typeof tenant>(board, "judge", async ({ tenantId }) => {
      tries.push(tenantId);
      if (tries.length === 1) throw new Error("down");
    });
    work.catchUp(tenant);
    work.owe(tenant);
    await board.finished();
    work.catchUp(tenant);
    expect(tries).toHaveLength(1);
    board.makeDue("t1");
    work.catchUp(tenant);
    await board.finished();
    work.catchUp(tenant);
    expect(tries).toHaveLength(2);
  });
});
