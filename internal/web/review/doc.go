// Package review holds the pages of people who decide claims: the queue without a list to pick from, the review with its first impression before any signal, the second
// review, the appeal, the lead's problems, the duty-of-care sheet and the statistics. A page shows only the moves that the view lists as legal.
package review
