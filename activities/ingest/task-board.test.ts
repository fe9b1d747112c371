import { describe, expect, it } from "vitest";
import { TaskBoard } from "./task-board.ts";

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
