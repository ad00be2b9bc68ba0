// Node's ws and ioredis with auto-pipelining: GEOADD for each ping, an ack for every so many once Redis has answered.
// No validation beyond JSON.parse, no history, no dedupe.
//
// node server.mjs PORT REDIS_SOCKET ACK_EVERY
import Redis from 'ioredis'
import { WebSocketServer } from 'ws'

const [port, redisSocket, ackEvery] = process.argv.slice(2)
const ACK_EVERY = Number(ackEvery)
const redis = new Redis({ path: redisSocket, enableAutoPipelining: true })
const server = new WebSocketServer({ port: Number(port), host: '127.0.0.1', perMessageDeflate: false })

let connections = 0
server.on('connection', (socket) => {
  const member = `vehicle-${++connections}`
  let count = 0
  socket.on('message', async (data) => {
    const frame = JSON.parse(data)
    if (frame.type === 'hello') {
      socket.send('{"type":"welcome","last_seq":0}')
      return
    }
    const acknowledge = ++count % ACK_EVERY === 0
    await redis.geoadd('peer:geo', frame.lon, frame.lat, member)
    if (acknowledge) socket.send(`{"type":"ack","seq":${frame.seq}}`)
  })
})
