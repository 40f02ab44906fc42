// A gateway of the standard library alone: it passes OpenAI Chat on, to the instances in turn.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
)

type config struct {
	Listen    string   `json:"listen"`
	Upstreams []string `json:"upstreams"`
	Key       string   `json:"key"`
	Clients   []string `json:"clients"`
}

func read(path string) (config, error) {
	var found config
	text, err := os.ReadFile(path)
	if err != nil {
		return found, err
	}
	return found, json.Unmarshal(text, &found)
}

func gateway(with config) (http.Handler, error) {
	upstreams := make([]*url.URL, len(with.Upstreams))
	for i, text := range with.Upstreams {
		parsed, err := url.Parse(text)
		if err != nil {
			return nil, err
		}
		upstreams[i] = parsed
	}
	var turn atomic.Uint64
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 256},
		Rewrite: func(request *httputil.ProxyRequest) {
			request.SetURL(upstreams[turn.Add(1)%uint64(len(upstreams))])
			request.Out.Header.Set("Authorization", "Bearer "+with.Key)
		},
	}
	known := make(map[string]bool)
	for _, key := range with.Clients {
		known[key] = true
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/v1/chat/completions", func(answer http.ResponseWriter, request *http.Request) {
		if !known[strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer ")] {
			http.Error(answer, `{"message": "unknown key"}`, http.StatusUnauthorized)
			return
		}
		proxy.ServeHTTP(answer, request)
	})
	return mux, nil
}

func main() {
	with, err := read(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	handler, err := gateway(with)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(with.Listen, handler))
}
