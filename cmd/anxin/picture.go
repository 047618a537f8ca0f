package main

import (
	"os"

	"anxin/internal/evidence/picture"
)

// pictureCmd is the process that decodes pictures for the server: what a hostile picture can do, it does here.
type pictureCmd struct{}

func (pictureCmd) Run() error { return picture.Serve(os.Stdin, os.Stdout, picture.DefaultLimits) }
