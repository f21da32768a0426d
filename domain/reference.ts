/** What a provider is told to call a part of a process: its id with the part's number behind it. */
export const partReference = (processId: string, part: number): string => `${processId}-${part}`

/** The process that a reference belongs to, be it the whole of it or a part. */
export const processIdIn = (reference: string): string => reference.split('-')[0]!

/** A bank's own name of a return (pacs.004 calls it the return's identification): nothing of ours begins like that. */
export const isReturnReference = (reference: string): boolean => /^RTN[AB][0-9]{12}$/.test(reference)
