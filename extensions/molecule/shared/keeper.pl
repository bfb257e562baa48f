# Writes a word once in the life of its volume, and answers with it.
use IO::Socket::INET;
$SIG{TERM} = sub { exit };
my $place = "/keep/word";
unless (-s $place) { open(my $out, ">", $place) or die $!; print $out join("", map { ("a".."z")[rand 26] } 1..20); close $out; }
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 64, ReuseAddr => 1) or die $!;
while (my $client = $server->accept) {
    my $request = <$client>;
    open(my $in, "<", $place) or die $!;
    print $client "HTTP/1.0 200 OK\r\n\r\n" . <$in>;
    close $in;
    close $client;
}
