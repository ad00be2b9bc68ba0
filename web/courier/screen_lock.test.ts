import { expect, test } from "vitest";
import { type Display, ScreenLock } from "./screen_lock.ts";

/** A phone that answers when it is told to, and counts the locks that hold its screen. */
class Phone implements Display {
  isOn = true;
  readonly #asked: ((granted: boolean) => void)[] = [];
  readonly #held: { released: boolean; release(): Promise<void> }[] = [];
  #shown: () => void = () => undefined;

  isShown = (): boolean => this.isOn;
  onShown = (shown: () => void): void => {
    this.#shown = shown;
  };
  request = (): ReturnType<NonNullable<Display["request"]>> =>
    new Promise((resolve, reject) => {
      this.#asked.push((granted) => {
        if (!granted) return reject(new Error("it saves power"));
        const lock = {
          released: false,
          release: async () => {
            lock.released = true;
          },
        };
        this.#held.push(lock);
        resolve(lock as WakeLockSentinel);
      });
    });

  get asked(): number {
    return this.#asked.length;
  }

  get holding(): number {
    return this.#held.filter((one) => !one.released).length;
  }

  async answers(granted = true): Promise<void> {
    for (const answer of this.#asked.splice(0)) answer(granted);
    await new Promise((resolve) => setTimeout(resolve));
  }

  /** Another app is in front for a moment: the system lets go of what held the screen. */
  isHiddenAndShown(): void {
    for (const one of this.#held) one.released = true;
    this.isOn = false;
    this.#shown();
    this.isOn = true;
    this.#shown();
  }
}

test("the screen is held once, however often it is wanted before the answer, and let go of", async () => {
  const phone = new Phone();
  const lock = new ScreenLock(phone);
  for (let times = 0; times < 3; times += 1) lock.want(true);
  expect(phone.asked).toBe(1);
  await phone.answers();
  lock.want(true);
  expect([phone.asked, phone.holding]).toEqual([0, 1]);
  lock.want(false);
  expect(phone.holding).toBe(0);
});

test("an answer that comes once it is no longer wanted holds nothing", async () => {
  const phone = new Phone();
  const lock = new ScreenLock(phone);
  lock.want(true);
  lock.want(false);
  await phone.answers();
  expect(phone.holding).toBe(0);
});

test("wanted again before the answer to the first wish, it is held", async () => {
  const phone = new Phone();
  const lock = new ScreenLock(phone);
  lock.want(true);
  lock.want(false);
  lock.want(true);
  await phone.answers();
  expect(phone.holding).toBe(1);
});

test("what the system took while another app was in front is asked for again, and only while it is wanted", async () => {
  const phone = new Phone();
  const lock = new ScreenLock(phone);
  lock.want(true);
  await phone.answers();
  phone.isHiddenAndShown();
  await phone.answers();
  expect(phone.holding).toBe(1);
  lock.want(false);
  phone.isHiddenAndShown();
  expect([phone.asked, phone.holding]).toEqual([0, 0]);
});

test("a phone that says no is asked again, and one that keeps no screen on is not asked", async () => {
  const phone = new Phone();
  const lock = new ScreenLock(phone);
  lock.want(true);
  await phone.answers(false);
  expect(phone.holding).toBe(0);
  lock.want(true);
  await phone.answers();
  expect(phone.holding).toBe(1);
  new ScreenLock({ isShown: () => true, onShown: () => undefined, request: null }).want(true);
});
