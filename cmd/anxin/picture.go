package main

import (
	"os"

	"anxin/internal/evidence/picture"
)

// pictureCmd is the process that decodes pictures for the server: what a hostile picture can do, it does here. With film it looks at the one video that it was given open.
type pictureCmd struct {
	Film bool `help:"Look at the video that is open as file 3."`
}

func (c pictureCmd) Run() error {
	if c.Film {
		return picture.ServeFilm(os.Stdin, os.Stdout, os.NewFile(3, "video"), picture.DefaultLimits)
	}
	return picture.Serve(os.Stdin, os.Stdout, picture.DefaultLimits)
}
