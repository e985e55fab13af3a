import type { JobBook, OpenTask } from "./state.ts";

/** Puts a task at the end of its lane. */
export function enqueue(book: JobBook, task: OpenTask): void {
  laneOf(book, task.lane).push(task);
  entered(book, task);
}

/** Puts a task that has been out before at the front of its lane. */
export function putBack(book: JobBook, task: OpenTask): void {
  book.dispatched.delete(task);
  laneOf(book, task.lane).unshift(task);
  entered(book, task);
}

/** Takes the next task, lanes in turn. */
export function dequeue(book: JobBook): OpenTask | undefined {
  for (const [lane, tasks] of book.lanes) {
    const task = tasks.shift();
    book.lanes.delete(lane);
    if (tasks.length > 0) book.lanes.set(lane, tasks);
    if (task === undefined) continue;
    book.backlogBytes -= task.weightBytes;
    return task;
  }
  return undefined;
}

/** Takes a task out of the backlog, wherever in it it waits. */
export function withdraw(book: JobBook, task: OpenTask): void {
  const tasks = laneOf(book, task.lane);
  tasks.splice(tasks.indexOf(task), 1);
  if (tasks.length === 0) book.lanes.delete(task.lane);
  book.backlogBytes -= task.weightBytes;
}

export function backlogLength(book: JobBook): number {
  let length = 0;
  for (const tasks of book.lanes.values()) length += tasks.length;
  return length;
}

function laneOf(book: JobBook, lane: string): OpenTask[] {
  const tasks = book.lanes.get(lane) ?? [];
  book.lanes.set(lane, tasks);
  return tasks;
}

function entered(book: JobBook, task: OpenTask): void {
  task.place = "backlog";
  task.held = undefined;
  task.suspect = undefined;
  book.backlogBytes += task.weightBytes;
}
