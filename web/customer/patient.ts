const everyMs = 500;
const patienceMs = 10_000;
const signingLocked = 423;

/** What signing may lock for a moment, as after a rejoin, until everybody is on the disk again: tried until the lock goes,
 * so that a tap that the page allowed is not lost and nobody sees an error for it. */
export async function unlocked<T>(work: () => Promise<T>, pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, everyMs))): Promise<T> {
  for (let waited = 0; ; waited += everyMs) {
    try {
      return await work();
    } catch (error) {
      if ((error as { status?: number }).status !== signingLocked || waited >= patienceMs) throw error;
      await pause();
    }
  }
}
