// One HTTP exchange as it is: no redirects, no decoding, and paths that no client would send.
import http from 'node:http'

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 })
const answerLimit = 60_000 // milliseconds

/** request: method, path, headers, body. Answers with status, headers and the body's bytes. */
export function exchange(url, { method = 'GET', path, headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const failed = (error) => reject(new Error(`${method} ${url}${path}`, { cause: error }))
    const sent = http.request({ hostname, port, method, path, headers, agent }, (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part))
      response.on('error', failed)
      response.on('end', () => resolve({
        status: response.statusCode, headers: response.headers, body: Buffer.concat(parts),
      }))
    })
    sent.setTimeout(answerLimit, () => sent.destroy(new Error('no answer')))
    sent.on('error', failed)
    sent.end(body)
  })
}

/** The body of what must succeed. */
export async function bodyOf(url, request) {
  const { status, body } = await exchange(url, request)
  if (status !== 200) throw new Error(`${url}${request.path}: ${status} ${body}`)
  return body
}

/** A server whose answers do not change, asked once for each request. */
export class Remembered {
  #answers = new Map()

  constructor(url) {
    this.url = url
  }

  exchange(request) {
    const key = JSON.stringify(request)
    if (!this.#answers.has(key)) this.#answers.set(key, exchange(this.url, request))
    return this.#answers.get(key)
  }
}
