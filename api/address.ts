import type { Request } from 'express'

/**
 * The address that the connection came from. `X-Forwarded-For` is not believed: whoever can write it would count as
 * someone new with every try. Behind a proxy the limits by address are the proxy's to keep.
 */
export const addressOf = (request: Request): string => request.socket.remoteAddress ?? 'unknown'
