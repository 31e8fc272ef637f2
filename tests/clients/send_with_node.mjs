// Sends a fixed conversation with the unmodified @segment/analytics-node and prints the message ids, as JSON.
// Usage: node send_with_node.mjs <collector url> <write key> <how many track events>
import { Analytics } from '@segment/analytics-node'

const [host, writeKey, count] = process.argv.slice(2)
const analytics = new Analytics({ writeKey, host, path: '/v1/batch', flushAt: 7, flushInterval: 200 })
const sent = []
const failed = []
analytics.on('error', (error) => failed.push(String(error.reason ?? error.code)))

const call = (method, message) =>
  new Promise((resolve) => {
    analytics[method](message, (error, context) => {
      if (error) failed.push(String(error))
      else sent.push(context.event.messageId)
      resolve()
    })
  })

const calls = [
  call('identify', { userId: 'u1', traits: { name: '李雷', email: 'lilei@example.com', plan: null } }),
  call('page', { userId: 'u1', name: 'Home', properties: { url: 'https://shop.example/首页' } }),
  call('screen', { userId: 'u1', name: 'Cart' }),
  call('group', { userId: 'u1', groupId: 'g1', traits: { industry: 'retail' } }),
  call('alias', { userId: 'u1', previousId: 'anon-1' }),
]
for (let number = 0; number < Number(count); number++) {
  const timestamp = new Date(Date.UTC(2026, 0, 1, 0, 0, number))
  calls.push(call('track', { userId: 'u1', event: 'Order Completed', properties: { number, text: '🎉 "ok"' }, timestamp }))
}
await Promise.all(calls)
await analytics.closeAndFlush({ timeout: 10000 })
console.log(JSON.stringify({ sent, failed }))
