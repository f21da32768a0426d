export interface Contender<Sample> {
  readonly name: string
  run(seconds: number): Promise<Sample>
}

/**
 * One slice of each, then again, so that whatever the machine does besides slows all of them alike. Answers every
 * contender's samples by its name.
 */
export async function interleave<Sample>(
  contenders: readonly Contender<Sample>[],
  { rounds, seconds, say }: { readonly rounds: number; readonly seconds: number; readonly say: (line: string) => void }
): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const { name, run } of contenders) samples.get(name)!.push(await run(seconds))
    say(`round ${round} of ${rounds}`)
  }
  return samples
}

/** The middle one; of an even number, the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('nothing was measured')
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1]!
}
