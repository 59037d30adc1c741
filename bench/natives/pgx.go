// pgx, the limit in Go: a table row by row, small queries, and COPY. Measured as runner.mjs measures: one line of JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	// The version that is installed takes the place of this one before it is compiled.
	"github.com/jackc/pgx/v5"
)

var job struct {
	URL       string `json:"url"`
	Table     string `json:"table"`
	Form      string `json:"form"`
	Limit     *int64 `json:"limit"`
	AtOnce    int    `json:"atOnce"`
	TableRows int64  `json:"tableRows"`
}

var statements = map[string]string{
	"get":  "select * from mixed where id = $1",
	"rows": "select * from mixed where id >= $1 and id < $2 order by id",
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func connect() *pgx.Conn {
	connection, err := pgx.Connect(context.Background(), job.URL)
	check(err)
	return connection
}

// Reads every value of every row, and tells when the first came.
func read(connection *pgx.Conn, sql string, values ...interface{}) (count int64, first time.Time) {
	rows, err := connection.Query(context.Background(), sql, values...)
	check(err)
	for rows.Next() {
		_, err := rows.Values()
		check(err)
		if count == 0 {
			first = time.Now()
		}
		count++
	}
	check(rows.Err())
	return count, first
}

func statement(most *int64) string {
	if most == nil {
		return "select * from " + job.Table
	}
	return fmt.Sprintf("select * from %s limit %d", job.Table, *most)
}

var asked int64

func callAll(connections []*pgx.Conn, total int64) int64 {
	left := total
	var working sync.WaitGroup
	for _, each := range connections {
		working.Add(1)
		go func(connection *pgx.Conn) {
			defer working.Done()
			for atomic.AddInt64(&left, -1) >= 0 {
				key := (atomic.AddInt64(&asked, 1)-1)*7919%(job.TableRows-20) + 1
				if job.Form == "get" {
					read(connection, statements["get"], key)
				} else {
					read(connection, statements["rows"], key, key+20)
				}
			}
		}(each)
	}
	working.Wait()
	return total
}

// The rows of loaded-rows.mjs.
type loaded struct{ n, count int64 }

func (rows *loaded) Next() bool { rows.n++; return rows.n <= rows.count }
func (rows *loaded) Err() error { return nil }
func (rows *loaded) Values() ([]interface{}, error) {
	n := rows.n
	var city interface{}
	if n%5 != 0 {
		city = "Zürich " + strconv.FormatInt(n%90, 10)
	}
	return []interface{}{
		int32(n),
		fmt.Sprintf("user%d@example.com", n),
		fmt.Sprintf("row %d of the loaded table", n),
		city,
		map[string]interface{}{"n": n, "name": fmt.Sprintf("n%d", n), "flags": []interface{}{true, nil, n % 7}},
		n%3 == 0,
		float64(n%97) * 3.25,
		float64(n%1000*100+10+n%90) / 100,
		time.Unix(1600000000+n*60, 0),
	}, nil
}

func load(connection *pgx.Conn) int64 {
	columns := []string{"id", "email", "name", "city", "preferences", "active", "score", "amount", "at"}
	count, err := connection.CopyFrom(context.Background(), pgx.Identifier{"loaded"}, columns, &loaded{count: *job.Limit})
	check(err)
	return count
}

func cpu() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	seconds := func(time syscall.Timeval) float64 { return float64(time.Sec) + float64(time.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func peakMemory() int64 {
	status, err := os.ReadFile("/proc/self/status")
	check(err)
	for _, line := range strings.Split(string(status), "\n") {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmHWM:" {
			kilobytes, _ := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes * 1024
		}
	}
	return 0
}

func main() {
	check(json.Unmarshal([]byte(os.Args[1]), &job))
	connections := []*pgx.Conn{connect()}
	for len(connections) < job.AtOnce {
		connections = append(connections, connect())
	}
	_, isCall := statements[job.Form]
	switch one := int64(1); {
	case isCall:
		callAll(connections, 2000)
	case job.Form == "load":
		_, err := connections[0].Exec(context.Background(), "truncate loaded")
		check(err)
	default:
		read(connections[0], statement(&one))
	}
	idle, cpuBefore, start := peakMemory(), cpu(), time.Now()
	var rows int64
	first := start
	switch {
	case isCall:
		rows = callAll(connections, *job.Limit)
	case job.Form == "load":
		rows = load(connections[0])
	default:
		rows, first = read(connections[0], statement(job.Limit))
	}
	wall := time.Since(start)
	output, err := json.Marshal(map[string]interface{}{
		"rows":       rows,
		"wall":       wall.Seconds() * 1000,
		"firstRows":  []float64{first.Sub(start).Seconds() * 1000},
		"timers":     0,
		"cpu":        cpu() - cpuBefore,
		"idleMemory": idle,
		"peakMemory": peakMemory(),
	})
	check(err)
	fmt.Println(string(output))
}
