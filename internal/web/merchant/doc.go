// Package merchant holds a merchant's pages of claims: the inbox by deadline, the page of one claim with what the stage allows, a viewer that puts two pictures side by
// side, one page for each act, and the letters. They are pages of a log-in account with the role merchant; whose claims it may see is the account's merchant.
//
// What may be done is the list of actions in the view of the claim and nothing else. The view never holds the buyer's name in clear, phone, address or other claims, so
// no page can show them. Pictures are copies made for looking at, and only those that the view lists.
package merchant
