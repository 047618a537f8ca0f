package flow

import "anxin/internal/clock"

// Handlers are the kinds of timers of this package, for clock.Handle. App registers each before clock.Run, and gives Service.ClockExpired and Service.ClockMoved to the case
// clocks.
func (s *Commands) Handlers() map[string]clock.Handler {
	return map[string]clock.Handler{
		timerAssign:  {Work: s.HandleAssign},
		timerExpire:  {In: s.HandleExpire},
		timerPromise: {In: s.HandlePromise},
		timerClose:   {In: s.HandleClose},
		timerLapse:   {In: s.HandleLapse},
	}
}
