package login

import (
	"time"

	"anxin/internal/casefile"
	"anxin/internal/web/ui"
)

// LogInView is the first step.
type LogInView struct {
	Form  ui.Form
	Login string
	// Next is the page to go to afterwards, on our own origin.
	Next string
	// LoggedOut says so after a log-out.
	LoggedOut bool
	// NoTOTP warns that the second factor is switched off.
	NoTOTP bool
	Demo   []DemoLogin
}

// DemoLogin is an account of the demo, shown on the log-in page.
type DemoLogin struct {
	Login, Password string
	Role            casefile.Role
}

// CodeView is the second step.
type CodeView struct {
	Form ui.Form
	Next string
}

// EnrolView sets up a second factor. In is the form's action: during log-in or from the account.
type EnrolView struct {
	Form   ui.Form
	Action string
	Next   string
	Secret string
	// QR is the picture of the otpauth address: Path draws the dark squares in a square of Size units.
	QR QR
}

// QR is a QR code as one SVG path.
type QR struct {
	Path string
	Size int
}

// RecoveryView shows the recovery codes once.
type RecoveryView struct {
	Codes []string
	Next  string
}

// JoinView is the page of a one-time link.
type JoinView struct {
	Form  ui.Form
	Token string
	// Purpose is first_admin, invite or reset.
	Purpose     string
	Login, Name string
}

// AccountView is one's own account.
type AccountView struct {
	Name, Login string
	Roles       []casefile.Role
	Role        casefile.Role
	// TOTP says that a second factor is in use, Required that the role cannot be without.
	TOTP, Required bool
	Sessions       []SessionRow
	// Forms of the parts that failed last.
	Password, Code ui.Form
}

// SessionRow is one log-in.
type SessionRow struct {
	ID, Label   string
	Since, Seen time.Time
	Current     bool
}

// MailboxView is a page of messages.
type MailboxView struct {
	Mails []Mail
	Next  string
	// Demo says that everybody can see the page.
	Demo bool
}

// Mail is one message.
type Mail struct {
	At       time.Time
	To       string // masked
	Number   string
	Template string
	Text     string
	Lang     string
	// Link is the private link in the text, when there is one on our own origin.
	Link   string
	Erased bool
}
