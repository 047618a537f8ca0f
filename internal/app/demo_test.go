package app

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/config"
	"anxin/internal/demo"
	"anxin/internal/service"
)

// The demo plays without a scene that fails, and shows a case in every state that a person can meet.
func TestDemoHasACaseInEveryState(t *testing.T) {
	var said strings.Builder
	o := DemoConfig(Options{Config: config.Default(), DataDir: t.TempDir(), Version: "test",
		Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	played, err := FillDemo(context.Background(), o)
	if err != nil || !played {
		t.Fatalf("played %v: %v", played, err)
	}
	if strings.Contains(said.String(), "did not play") {
		t.Errorf("scenes that did not play:\n%s", said.String())
	}
	if again, err := FillDemo(context.Background(), o); err != nil || again {
		t.Errorf("a second start played again (%v): %v", again, err)
	}
	store, err := OpenStore(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCore(store)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	desk := casefile.Actor{Tenant: Tenant, Role: casefile.Dispatcher, ID: casefile.ID{1}, Route: "web", Lang: "zh"}
	for _, s := range []service.State{service.RequestReceived, service.RequestPlanned, service.RequestAssigned, service.RequestInProgress} {
		page, err := c.Service.Queue(context.Background(), desk, service.QueueQuery{State: s})
		if err != nil || len(page.Items) == 0 {
			t.Errorf("no case is %s: %v", s, err)
		}
	}
	people, _, err := c.Service.Technicians(context.Background(), casefile.Actor{Tenant: Tenant, Role: casefile.Admin}, "", 100)
	if err != nil || len(people) != 40 {
		t.Errorf("%d technicians, want 40: %v", len(people), err)
	}
}

// The hash that the demo brings along is of the password that it prints, at the cost that accounts have.
func TestDemoPasswordHash(t *testing.T) {
	store, err := OpenStore(context.Background(), DemoConfig(Options{Config: config.Default(), DataDir: t.TempDir(), Version: "test"}))
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCore(store)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if ok, weak, err := c.Party.Passwords.Verify(context.Background(), demo.PasswordHash, demo.Password); !ok || weak || err != nil {
		t.Errorf("ok %v, weak %v: %v", ok, weak, err)
	}
}
