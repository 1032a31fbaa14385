/** Runs tasks with at most `concurrency` at once; results in the order of the input. The first failure rejects and starts no more. */
export async function mapLimit<T, R>(items: Iterable<T>, concurrency: number, task: (item: T, index: number) => Promise<R>): Promise<R[]> {
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new RangeError(`concurrency must be a whole number from 1, got ${concurrency}`);
  const list = [...items];
  const results = new Array<R>(list.length);
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < list.length && !failed) {
      const index = next++;
      try {
        results[index] = await task(list[index]!, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, list.length) }, worker));
  return results;
}
