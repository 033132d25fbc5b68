// POST /ping on fasthttp, on one core: a rival from outside of Node. Prints where it listens, ends on SIGTERM.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/valyala/fasthttp"
)

type ping struct {
	Sequence uint64 `json:"sequence"`
}

func handle(ctx *fasthttp.RequestCtx) {
	if !ctx.IsPost() || string(ctx.Path()) != "/ping" {
		ctx.SetStatusCode(fasthttp.StatusNotFound)
		return
	}
	var message ping
	if json.Unmarshal(ctx.PostBody(), &message) != nil {
		ctx.SetStatusCode(fasthttp.StatusBadRequest)
		return
	}
	body, _ := json.Marshal(message)
	ctx.SetContentType("application/json")
	ctx.SetBody(body)
}

func main() {
	runtime.GOMAXPROCS(1)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-ended
		os.Exit(0)
	}()
	fmt.Printf("listening %d\n", listener.Addr().(*net.TCPAddr).Port)
	panic((&fasthttp.Server{Handler: handle, NoDefaultServerHeader: true}).Serve(listener))
}
