/** `fetch` wraps what the socket said: the code sits on the cause. By shape, for an error can come from another realm. */
export const errorCode = (failure: unknown): string | undefined => {
  if (typeof failure !== 'object' || failure === null) return undefined
  const { code: own, cause } = failure as { readonly code?: unknown; readonly cause?: unknown }
  return typeof own === 'string' ? own : errorCode(cause)
}
