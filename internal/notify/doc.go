// Package notify tells people and programs what happened: short messages to customers and technicians, and signed webhooks to the operator's other
// systems.
//
// A message is rendered and sealed in the transaction of the act that causes it, under the key of the person it is about, so that it exists exactly
// when the act happened and becomes unreadable when the person is erased. What leaves the system by itself is only a webhook with ids and a type; a gateway
// that sends SMS fetches the words of one message with an API key made for that (scope "messages"). Without a gateway the messages stay on the
// development mailbox page.
//
// The whole story is docs/design/notify.md.
package notify
