import { pino, type DestinationStream, type Logger } from 'pino'
import { pinoHttp } from 'pino-http'
import type { IncomingMessage } from 'node:http'
import { hideCardNumbers } from '../domain/card-number.ts'
import { requestIdOf } from './request-id.ts'

/** Fields that never reach a log, wherever they stand up to three levels deep. Bodies are never logged at all. */
const SECRET = [
  'authorization',
  'cookie',
  'password',
  'pin',
  'login',
  'token',
  'access_token',
  'refresh_token',
  'secret'
]
const PERSONAL = ['name', 'email', 'phone', 'document', 'iban', 'address']

const paths = [...SECRET, ...PERSONAL].flatMap((field) => [field, `*.${field}`, `*.*.${field}`, `*.*.*.${field}`])

/** JSON lines on standard output, or on the given stream. */
export const createLogger = (level: string, stream?: DestinationStream): Logger => {
  // An error's own `name` is its class; the error serializer below keeps it as `type`.
  const options = { level, redact: { paths, censor: '[redacted]' }, serializers: { err: toLoggedError } }
  return stream ? pino(options, stream) : pino(options)
}

/** One line a request: what was asked, how it ended, how long it took, and the id that the caller has too. */
export const requestLogger = (logger: Logger) =>
  pinoHttp({
    logger,
    genReqId: requestIdOf,
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'request_id', responseTime: 'duration_ms' },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'info'),
    // Health checks come every second and say nothing.
    autoLogging: { ignore: ({ url }) => url === '/livez' || url === '/readyz' },
    wrapSerializers: false,
    serializers: {
      req: (request: IncomingMessage) => ({ method: request.method, path: pathOf(request) }),
      res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
      err: toLoggedError
    }
  })

/** Without the query, where people put what they search for, without card numbers, and without the codec's path, which is a secret. */
function pathOf(request: IncomingMessage & { originalUrl?: string }): string {
  const path = (request.originalUrl ?? request.url ?? '').split('?')[0]!
  return path.startsWith('/codec/') ? '/codec/[redacted]' : hideCardNumbers(path.slice(0, 200))
}

/** Message, class, code and stack; not the other fields, in which a database driver repeats what was to be stored. */
function toLoggedError(error: unknown) {
  if (!(error instanceof Error)) return { type: typeof error }
  const { message, name, stack } = error
  return { type: name, message, code: (error as { code?: unknown }).code, stack }
}
