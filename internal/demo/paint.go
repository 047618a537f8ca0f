package demo

import (
	"sync"

	"anxin/internal/demo/scene"
)

// painter paints the photographs of the play ahead of it, beside the writing of cases: painting is half of the work of a first start.
type painter struct {
	mu     sync.Mutex
	photos map[scene.Options]func() ([]byte, error)
	order  []func() ([]byte, error)
}

// ask has a photograph painted by the time it is taken.
func (p *painter) ask(o scene.Options) func() ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	paint, ok := p.photos[o]
	if !ok {
		if p.photos == nil {
			p.photos = map[scene.Options]func() ([]byte, error){}
		}
		paint = sync.OnceValues(func() ([]byte, error) { return scene.JPEG(o) })
		p.photos[o], p.order = paint, append(p.order, paint)
	}
	return paint
}

// take waits for a photograph. Each is taken once.
func (p *painter) take(o scene.Options) ([]byte, error) {
	b, err := p.ask(o)()
	p.mu.Lock()
	delete(p.photos, o)
	p.mu.Unlock()
	return b, err
}

// start paints what was asked for until now, one after the other.
func (p *painter) start() {
	p.mu.Lock()
	order := p.order
	p.order = nil
	p.mu.Unlock()
	go func() {
		for _, paint := range order {
			paint() //nolint:errcheck // who takes it is told
		}
	}()
}
