// Package vrptw reads the text format of the Solomon and Gehring-Homberger instances of the vehicle routing problem with time
// windows, the common yardstick of route planners.
package vrptw

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Customer is one line of the file; customer 0 is the depot, whose Due is the horizon.
type Customer struct {
	ID         int
	X, Y       float64
	Demand     int
	Ready, Due float64
	Service    float64
}

// File is one instance.
type File struct {
	Name      string
	Vehicles  int
	Capacity  int
	Customers []Customer
}

// Limits on what Read accepts.
const (
	maxLines     = 200_000
	maxCustomers = 50_000
	maxNumber    = 1e7
)

// Read parses an instance. Errors name the line.
func Read(r io.Reader) (*File, error) {
	f := &File{}
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 4096), 64<<10)
	section, line := "", 0
	for scanner.Scan() {
		if line++; line > maxLines {
			return nil, fmt.Errorf("vrptw: more than %d lines", maxLines)
		}
		text := strings.TrimSpace(scanner.Text())
		words := strings.Fields(text)
		switch {
		case len(words) == 0:
		case f.Name == "":
			f.Name = words[0]
		case words[0] == "VEHICLE" || words[0] == "CUSTOMER":
			section = words[0]
		case words[0] == "NUMBER" || words[0] == "CUST":
		case section == "VEHICLE":
			if err := f.vehicleLine(words); err != nil {
				return nil, fmt.Errorf("vrptw: line %d: %w", line, err)
			}
		case section == "CUSTOMER":
			if err := f.customerLine(words); err != nil {
				return nil, fmt.Errorf("vrptw: line %d: %w", line, err)
			}
		default:
			return nil, fmt.Errorf("vrptw: line %d: expected the word VEHICLE or CUSTOMER", line)
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("vrptw: after line %d: %w", line, err)
	}
	if f.Vehicles == 0 || len(f.Customers) < 2 {
		return nil, fmt.Errorf("vrptw: the file ends without a VEHICLE line and at least one customer after the depot")
	}
	return f, nil
}

func (f *File) vehicleLine(words []string) error {
	v, err := numbers(words, 2)
	if err != nil {
		return err
	}
	if v[0] < 1 || v[0] > maxCustomers {
		return fmt.Errorf("%v vehicles: must be between 1 and %d", v[0], maxCustomers)
	}
	f.Vehicles, f.Capacity = int(v[0]), int(v[1])
	return nil
}

func (f *File) customerLine(words []string) error {
	v, err := numbers(words, 7)
	if err != nil {
		return err
	}
	if len(f.Customers) >= maxCustomers {
		return fmt.Errorf("more than %d customers", maxCustomers)
	}
	if int(v[0]) != len(f.Customers) {
		return fmt.Errorf("customer %v follows customer %d: numbers must count up from 0", v[0], len(f.Customers)-1)
	}
	c := Customer{ID: int(v[0]), X: v[1], Y: v[2], Demand: int(v[3]), Ready: v[4], Due: v[5], Service: v[6]}
	if c.Demand < 0 || c.Ready < 0 || c.Due < c.Ready || c.Service < 0 {
		return fmt.Errorf("customer %d: demand and times must not be negative, and ready not after due", c.ID)
	}
	f.Customers = append(f.Customers, c)
	return nil
}

func numbers(words []string, n int) ([]float64, error) {
	if len(words) != n {
		return nil, fmt.Errorf("expected %d numbers, found %d words", n, len(words))
	}
	out := make([]float64, n)
	for i, w := range words {
		x, err := strconv.ParseFloat(w, 64)
		if err != nil || !(x >= -maxNumber && x <= maxNumber) {
			return nil, fmt.Errorf("%q is not a number in range", w)
		}
		out[i] = x
	}
	return out, nil
}
